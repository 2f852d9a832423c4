@ip filter INPUT
-j REJECT ; -j REJECT --reject-with icmp-port-unreachable
-j REJECT --reject-with icmp-net-unreachable ; =
-j REJECT --reject-with host-unreach ; -j REJECT --reject-with icmp-host-unreachable
-j REJECT --reject-with icmp-proto-unreachable ; =
-j REJECT --reject-with icmp-host-prohibited ; =
-j REJECT --reject-with icmp-net-prohibited ; =
-j REJECT --reject-with icmp-admin-prohibited ; =
-j REJECT --reject-with admin-prohib ; -j REJECT --reject-with icmp-admin-prohibited
-p tcp -j REJECT --reject-with tcp-reset ; =
-p tcp -j REJECT --reject-with tcp-rst ; -p tcp -j REJECT --reject-with tcp-reset
@ip6 filter INPUT
-j REJECT ; -j REJECT --reject-with icmp6-port-unreachable
-j REJECT --reject-with icmp6-adm-prohibited ; =
-j REJECT --reject-with icmp6-no-route ; =
-j REJECT --reject-with icmp6-addr-unreachable ; =
-j REJECT --reject-with icmp6-policy-fail ; =
-j REJECT --reject-with icmp6-reject-route ; =
-j REJECT --reject-with adm-prohibited ; -j REJECT --reject-with icmp6-adm-prohibited
-p tcp -j REJECT --reject-with tcp-reset ; =
