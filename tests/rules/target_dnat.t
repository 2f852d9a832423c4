@ip nat PREROUTING
-p tcp --dport 80 -j DNAT --to-destination 10.0.0.1 ; -p tcp -m tcp --dport 80 -j DNAT --to-destination 10.0.0.1
-p tcp --dport 80 -j DNAT --to-destination 10.0.0.1:8080 ; -p tcp -m tcp --dport 80 -j DNAT --to-destination 10.0.0.1:8080
-p tcp --dport 80 -j DNAT --to-destination 10.0.0.1-10.0.0.9:80-90 ; -p tcp -m tcp --dport 80 -j DNAT --to-destination 10.0.0.1-10.0.0.9:80-90
-p tcp --dport 80 -j DNAT --to-destination :8080 ; -p tcp -m tcp --dport 80 -j DNAT --to-destination :8080
-p tcp --dport 80 -j DNAT --to 10.0.0.1 --random --persistent ; -p tcp -m tcp --dport 80 -j DNAT --to-destination 10.0.0.1 --random --persistent
-p tcp -j DNAT --to-destination 10.0.0.1:1000-2000/1000 ; =
-j DNAT --to-destination 10.0.0.1-10.0.0.1 ; -j DNAT --to-destination 10.0.0.1
@ip6 nat PREROUTING
-p tcp --dport 80 -j DNAT --to-destination [2001:db8::1]:8080 ; -p tcp -m tcp --dport 80 -j DNAT --to-destination [2001:db8::1]:8080
-p tcp --dport 80 -j DNAT --to-destination 2001:db8::1 ; -p tcp -m tcp --dport 80 -j DNAT --to-destination 2001:db8::1
-p tcp --dport 80 -j DNAT --to-destination [2001:db8::1] ; -p tcp -m tcp --dport 80 -j DNAT --to-destination 2001:db8::1
-p tcp --dport 80 -j DNAT --to-destination [2001:db8::1-2001:db8::9]:80-90 ; -p tcp -m tcp --dport 80 -j DNAT --to-destination [2001:db8::1-2001:db8::9]:80-90
-p tcp -j DNAT --to-destination :8080 ; =
