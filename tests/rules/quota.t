@ip filter INPUT
-m quota --quota 1000 ; =
-m quota ! --quota 0 ; =
