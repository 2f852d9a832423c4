@ip filter INPUT
-p tcp -m ecn --ecn-tcp-cwr ; = ; tcp flags=SYN,CWR -> yes, tcp flags=SYN -> no
-p tcp -m ecn --ecn-tcp-ece --ecn-ip-ect 2 ; =
-m ecn --ecn-ip-ect 1 ; = ; tos=1 -> yes, tos=2 -> no
-p tcp -m ecn ! --ecn-tcp-cwr ! --ecn-tcp-ece ; -p tcp -m ecn ! --ecn-tcp-ece ! --ecn-tcp-cwr
