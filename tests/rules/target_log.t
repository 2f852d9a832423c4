@ip filter INPUT
-j LOG ; =
-j LOG --log-prefix foo ; =
-j LOG --log-prefix "foo: " ; =
-j LOG --log-level debug --log-prefix "a b" ; -j LOG --log-prefix "a b" --log-level 7
-j LOG --log-level 7 --log-tcp-sequence --log-tcp-options --log-ip-options --log-uid --log-macdecode ; =
-j LOG --log-level warning ; -j LOG
-j LOG --log-level notice ; -j LOG --log-level 5
@ip6 filter INPUT
-j LOG --log-prefix "v6 " ; =
