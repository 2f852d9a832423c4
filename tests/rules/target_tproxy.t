@ip mangle PREROUTING
-p tcp -j TPROXY --on-port 1234 ; -p tcp -j TPROXY --on-port 1234 --on-ip 0.0.0.0 --tproxy-mark 0x0/0x0
-p tcp -j TPROXY --on-port 1234 --on-ip 10.0.0.1 --tproxy-mark 0x1/0x1 ; =
-p udp -j TPROXY --on-port 1234 --tproxy-mark 1 ; -p udp -j TPROXY --on-port 1234 --on-ip 0.0.0.0 --tproxy-mark 0x1/0xffffffff
@ip6 mangle PREROUTING
-p tcp -j TPROXY --on-port 1234 --on-ip 2001:db8::1 --tproxy-mark 1 ; -p tcp -j TPROXY --on-port 1234 --on-ip 2001:db8::1 --tproxy-mark 0x1/0xffffffff
