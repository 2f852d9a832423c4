@ip filter INPUT
-m mac --mac-source 02:00:00:AB:cd:01 ; -m mac --mac-source 02:00:00:ab:cd:01 ; mac=02:00:00:ab:cd:01 -> yes, mac=02:00:00:00:00:01 -> no
-m mac ! --mac-source 2:0:0:0:0:1 ; -m mac ! --mac-source 02:00:00:00:00:01
@ip6 filter INPUT
-m mac --mac-source 02:00:00:00:00:01 ; =
