@ip filter INPUT
-j IDLETIMER --timeout 10 --label foo ; =
