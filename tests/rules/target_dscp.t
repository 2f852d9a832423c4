@ip mangle PREROUTING
-j DSCP --set-dscp 10 ; -j DSCP --set-dscp 0x0a
-j DSCP --set-dscp-class EF ; -j DSCP --set-dscp 0x2e
