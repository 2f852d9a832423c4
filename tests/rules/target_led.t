@ip filter INPUT
-j LED --led-trigger-id foo --led-delay 1000 ; =
