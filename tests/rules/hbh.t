@ip6 filter INPUT
-m hbh --hbh-len 5 ; =
-m hbh --hbh-opts 1:2,23:42 ; =
