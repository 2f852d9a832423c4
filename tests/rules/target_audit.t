@ip filter INPUT
-j AUDIT --type accept ; =
