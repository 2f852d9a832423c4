@ip filter INPUT
-p tcp -m multiport --dports 22,80,443 ; = ; tcp dport=80 -> yes, tcp dport=81 -> no, tcp dport=80 fragment=1 -> no
-p tcp -m multiport --sports 1:100,200 ; =
-p udp -m multiport --ports 53,5353 ; = ; udp sport=53 dport=9 -> yes, udp sport=9 dport=5353 -> yes, udp sport=9 dport=9 -> no
-p tcp -m multiport ! --dports 22,80 ; = ; tcp dport=22 -> no, tcp dport=23 -> yes
-p tcp -m multiport --dports ssh,http ; -p tcp -m multiport --dports 22,80
-p tcp -m multiport --dports 22 ; =
-p sctp -m multiport --dports 22,80 ; =
-p udp -m multiport ! --ports 1024:65535 ; = ; udp sport=53 dport=53 -> yes, udp sport=53 dport=2000 -> no
@ip6 filter INPUT
-p tcp -m multiport --dports 22,80 ; =
