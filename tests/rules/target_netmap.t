@ip nat PREROUTING
-d 1.2.3.0/24 -j NETMAP --to 10.0.0.0/24 ; =
-j NETMAP --to 10.0.0.5 ; -j NETMAP --to 10.0.0.5/32
@ip nat POSTROUTING
-s 10.0.0.0/24 -j NETMAP --to 192.168.0.0/24 ; =
@ip6 nat PREROUTING
-d 2001:db8::/64 -j NETMAP --to 2001:db8:1::/64 ; =
