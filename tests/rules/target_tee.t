@ip filter INPUT
-j TEE --gateway 10.0.0.1 ; =
@ip6 mangle PREROUTING
-j TEE --gateway 2001:db8::1 ; =
