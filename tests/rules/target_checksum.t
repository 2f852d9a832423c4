@ip mangle PREROUTING
-j CHECKSUM --checksum-fill ; =
@ip mangle POSTROUTING
-j CHECKSUM --checksum-fill ; =
