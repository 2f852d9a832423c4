@ip filter INPUT
-m pkttype --pkt-type broadcast ; = ; pkttype=broadcast -> yes, pkttype=unicast -> no
-m pkttype ! --pkt-type unicast ; =
-m pkttype --pkt-type multicast ; =
