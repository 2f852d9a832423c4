@ip6 mangle PREROUTING
-j SNPT --src-pfx 2001:db8:1::/48 --dst-pfx 2001:db8:2::/48 ; =
