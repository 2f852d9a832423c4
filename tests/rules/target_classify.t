@ip mangle POSTROUTING
-j CLASSIFY --set-class 1:10 ; -j CLASSIFY --set-class 0001:0010
-j CLASSIFY --set-class 0:ffff ; -j CLASSIFY --set-class 0000:ffff
