@ip6 filter INPUT
-m dst --dst-len 5 --dst-opts 149:92 ; =
