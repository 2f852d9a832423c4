@ip filter INPUT
-m physdev --physdev-in eth0 ; = ; physin=eth0 -> yes, physin=eth1 -> no
-m physdev --physdev-is-in --physdev-in eth+ ; =
-m physdev ! --physdev-is-bridged ; = ; physin=eth0 physout=eth1 -> no
-m physdev --physdev-is-bridged ; =
@ip filter OUTPUT
-m physdev --physdev-is-bridged --physdev-out eth1 ; -m physdev --physdev-out eth1 --physdev-is-bridged
@ip filter FORWARD
-i eth0 -o eth1 -m physdev --physdev-in eth2 --physdev-out eth3 --physdev-is-bridged ; =
-m physdev ! --physdev-in eth2 --physdev-is-out ; =
