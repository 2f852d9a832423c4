@ip mangle PREROUTING
-j MARK --set-mark 1 ; -j MARK --set-xmark 0x1/0xffffffff
-j MARK --set-mark 0x10/0xff ; -j MARK --set-xmark 0x10/0xff
-j MARK --set-xmark 0x10/0xff ; =
-j MARK --and-mark 0xff ; -j MARK --set-xmark 0x0/0xffffff00
-j MARK --or-mark 0x1 ; -j MARK --set-xmark 0x1/0x1
-j MARK --xor-mark 0x1 ; -j MARK --set-xmark 0x1/0x0
-j MARK --set-mark 0 ; -j MARK --set-xmark 0x0/0xffffffff
