@ip6 filter INPUT
-p ipv6-icmp --icmpv6-type echo-request -j ACCEPT ; -p ipv6-icmp -m icmp6 --icmpv6-type 128 -j ACCEPT ; icmpv6 type=128 code=0 -> yes, icmpv6 type=129 code=0 -> no
-p icmpv6 --icmpv6-type 1/4 ; -p ipv6-icmp -m icmp6 --icmpv6-type 1/4
-p icmpv6 ! --icmpv6-type neighbour-solicitation ; -p ipv6-icmp -m icmp6 ! --icmpv6-type 135
-p icmpv6 --icmpv6-type router-advertisement ; -p ipv6-icmp -m icmp6 --icmpv6-type 134
-p icmpv6 --icmpv6-type 128 ; -p ipv6-icmp -m icmp6 --icmpv6-type 128
-p icmpv6 --icmpv6-type port-unreachable ; -p ipv6-icmp -m icmp6 --icmpv6-type 1/4
