@ip filter INPUT
-m osf --genre Linux --ttl 0 --log 0 ; =
-p tcp -m osf --genre Linux --ttl 2 ; =
