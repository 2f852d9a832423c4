@ip filter INPUT
-p udp --dport 53 ; -p udp -m udp --dport 53
-p udp --sport 67:68 --dport 67:68 -j ACCEPT ; -p udp -m udp --sport 67:68 --dport 67:68 -j ACCEPT ; udp sport=67 dport=68 -> yes, udp sport=67 dport=69 -> no
-p udp ! --dport 53 ; -p udp -m udp ! --dport 53
-p udp --dport domain ; -p udp -m udp --dport 53
-p udp -m udp ; =
-p udplite --dport 10 ; -p udplite -m udp --dport 10
