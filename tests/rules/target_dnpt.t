@ip6 mangle PREROUTING
-j DNPT --src-pfx 2001:db8:1::/48 --dst-pfx 2001:db8:2::/48 ; =
