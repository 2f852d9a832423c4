@ip filter INPUT
-j CONNMARK --set-mark 1 ; -j CONNMARK --set-xmark 0x1/0xffffffff
-j CONNMARK --save-mark ; -j CONNMARK --save-mark --nfmask 0xffffffff --ctmask 0xffffffff
-j CONNMARK --restore-mark --mask 0xff ; -j CONNMARK --restore-mark --nfmask 0xff --ctmask 0xff
-j CONNMARK --save-mark --nfmask 0xff --ctmask 0xffff ; =
-j CONNMARK --set-xmark 0x1/0xff ; =
-j CONNMARK --and-mark 0xff ; -j CONNMARK --set-xmark 0x0/0xffffff00
-j CONNMARK --or-mark 0x2 ; -j CONNMARK --set-xmark 0x2/0x2
-j CONNMARK --xor-mark 0x2 ; -j CONNMARK --set-xmark 0x2/0x0
