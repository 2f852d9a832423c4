@ip nat POSTROUTING
-j SNAT --to-source 1.2.3.4 ; =
-j SNAT --to 1.2.3.4-1.2.3.9 --random ; -j SNAT --to-source 1.2.3.4-1.2.3.9 --random
-p tcp -j SNAT --to-source 1.2.3.4:1024-2048 --persistent ; =
-p tcp -j SNAT --to-source 1.2.3.4:1024 --random-fully --persistent ; =
@ip6 nat POSTROUTING
-j SNAT --to-source 2001:db8::1 ; =
-p tcp -j SNAT --to-source [2001:db8::1]:1-100 ; =
-j SNAT --to-source 2001:db8::1-2001:db8::ff ; =
