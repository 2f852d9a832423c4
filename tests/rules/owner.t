@ip filter OUTPUT
-o eth0 -m owner --uid-owner 0 ; =
-m owner --uid-owner 0-1000 --gid-owner 5 ; = ; out=eth0 socket=1 uid=5 gid=5 -> yes, out=eth0 socket=1 uid=5 gid=6 -> no, out=eth0 socket=0 -> no
-m owner ! --uid-owner root ; -m owner ! --uid-owner 0 ; out=eth0 socket=0 -> yes, out=eth0 socket=1 uid=0 -> no, out=eth0 socket=1 uid=1 -> yes
-m owner --socket-exists ; = ; out=eth0 socket=1 -> yes, out=eth0 socket=0 -> no
-m owner ! --socket-exists ; = ; out=eth0 socket=1 -> no, out=eth0 socket=0 -> yes
-m owner --gid-owner 0 --suppl-groups ; =
