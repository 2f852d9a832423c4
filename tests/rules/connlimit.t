@ip filter INPUT
-m connlimit --connlimit-above 3 ; -m connlimit --connlimit-above 3 --connlimit-mask 32 --connlimit-saddr
-m connlimit --connlimit-upto 3 --connlimit-mask 24 ; -m connlimit --connlimit-upto 3 --connlimit-mask 24 --connlimit-saddr
-m connlimit ! --connlimit-above 3 --connlimit-daddr ; -m connlimit --connlimit-upto 3 --connlimit-mask 32 --connlimit-daddr
-p tcp --syn -m connlimit --connlimit-above 10 --connlimit-mask 32 --connlimit-saddr -j REJECT ; -p tcp -m tcp --tcp-flags FIN,SYN,RST,ACK SYN -m connlimit --connlimit-above 10 --connlimit-mask 32 --connlimit-saddr -j REJECT --reject-with icmp-port-unreachable
@ip6 filter INPUT
-m connlimit --connlimit-above 3 ; -m connlimit --connlimit-above 3 --connlimit-mask 128 --connlimit-saddr
