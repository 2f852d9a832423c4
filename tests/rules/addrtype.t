@ip filter INPUT
-m addrtype --src-type LOCAL ; =
-m addrtype --dst-type LOCAL,BROADCAST ; = ; dst-type=LOCAL -> yes, dst-type=UNICAST -> no
-m addrtype ! --dst-type MULTICAST ; = ; dst-type=MULTICAST -> no, dst-type=LOCAL -> yes
-m addrtype --src-type UNICAST --limit-iface-in ; = ; src=1.2.3.4 -> unknown
-m addrtype ! --src-type LOCAL --dst-type UNICAST ; =
-m addrtype --dst-type local ; -m addrtype --dst-type LOCAL
@ip filter OUTPUT
-m addrtype --dst-type LOCAL --limit-iface-out ; =
