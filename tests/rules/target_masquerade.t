@ip nat POSTROUTING
-o eth0 -j MASQUERADE ; =
-p tcp -j MASQUERADE --to-ports 1024-65535 ; =
-j MASQUERADE --random ; =
-j MASQUERADE --random-fully ; =
-p udp -j MASQUERADE --to-ports 53 --random ; =
! -o lo -s 10.0.0.0/24 -j MASQUERADE ; -s 10.0.0.0/24 ! -o lo -j MASQUERADE
@ip6 nat POSTROUTING
-j MASQUERADE ; =
