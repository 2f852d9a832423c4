@ip filter INPUT
-m iprange --src-range 10.0.0.1-10.0.0.9 ; = ; src=10.0.0.9 -> yes, src=10.0.0.10 -> no
-m iprange ! --dst-range 10.0.0.1-10.0.0.1 ; = ; dst=10.0.0.1 -> no, dst=10.0.0.2 -> yes
-m iprange --src-range 1.1.1.0-1.1.1.255 ! --dst-range 224.0.0.0-239.255.255.255 ; =
-m iprange --src-range 10.0.0.1 ; -m iprange --src-range 10.0.0.1-10.0.0.1
@ip6 filter INPUT
-m iprange --src-range ::1-::10 ; =
