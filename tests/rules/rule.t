@ip filter INPUT
-p tcp -j ACCEPT ; = ; tcp -> yes, udp -> no
! -p tcp -j ACCEPT ; = ; tcp -> no, icmp -> yes
-p 6 -j ACCEPT ; -p tcp -j ACCEPT
-p gre -j ACCEPT ; = ; proto=47 -> yes, tcp -> no
-p 47 -j DROP ; -p gre -j DROP
-p esp ; =
-p all -j DROP ; -j DROP
-p icmp ; =
-p ipv6-icmp ; =
-p 255 ; =
-s 10.0.0.1 -j ACCEPT ; -s 10.0.0.1/32 -j ACCEPT ; src=10.0.0.1 -> yes, src=10.0.0.2 -> no
-s 10.0.0.5/8 -j ACCEPT ; -s 10.0.0.0/8 -j ACCEPT ; src=10.255.0.1 -> yes, src=11.0.0.0 -> no
-s 10.0.0.5/255.255.255.0 -j ACCEPT ; -s 10.0.0.0/24 -j ACCEPT
-s 10.0.0.5/255.0.255.0 -j ACCEPT ; -s 10.0.0.0/255.0.255.0 -j ACCEPT ; src=10.77.0.9 -> yes, src=10.77.1.9 -> no
! -s 10.0.0.0/8 -d 192.168.1.1 -j ACCEPT ; ! -s 10.0.0.0/8 -d 192.168.1.1/32 -j ACCEPT ; src=1.1.1.1 dst=192.168.1.1 -> yes, src=10.1.1.1 dst=192.168.1.1 -> no, src=1.1.1.1 dst=192.168.1.2 -> no
-s 0.0.0.0/0 -j ACCEPT ; -j ACCEPT ; src=1.2.3.4 -> yes
! -s 0.0.0.0/0 -j ACCEPT ; = ; src=1.2.3.4 -> no
-s 10/8 -j ACCEPT ; -s 10.0.0.0/8 -j ACCEPT
-s 172.16/12 ; -s 172.16.0.0/12
-i eth0 -j ACCEPT ; = ; in=eth0 -> yes, in=eth01 -> no, in=eth -> no
-i eth+ -j ACCEPT ; = ; in=eth0 -> yes, in=eth -> yes, in=et -> no, in=wlan0 -> no
! -i lo -j ACCEPT ; = ; in=lo -> no, in=eth0 -> yes
-i + -j ACCEPT ; -j ACCEPT
-f -j DROP ; = ; tcp fragment=1 -> yes, tcp fragment=0 -> no
! -f -j DROP ; = ; tcp fragment=1 -> no, tcp fragment=0 -> yes
-i eth0.100 -p udp -j RETURN ; =
-j QUEUE ; =
@ip6 filter INPUT
-s 2001:db8::/32 -j ACCEPT ; = ; src=2001:db8::5 -> yes, src=2001:db9::5 -> no
! -s 2001:db8::1 -d fe80::/10 -j ACCEPT ; ! -s 2001:db8::1/128 -d fe80::/10 -j ACCEPT
-s ::/0 -j DROP ; -j DROP
! -s ::/0 -j DROP ; =
-s ::1 -j ACCEPT ; -s ::1/128 -j ACCEPT
-s 2001:db8::1/ffff:ffff:: -j DROP ; -s 2001:db8::/32 -j DROP
-s 2001:db8::1/ffff::ffff -j DROP ; -s 2001::1/ffff::ffff -j DROP
-p icmpv6 -j ACCEPT ; -p ipv6-icmp -j ACCEPT
