@ip mangle PREROUTING
-j SECMARK --selctx system_u:object_r:firewalld_exec_t:s0 ; =
