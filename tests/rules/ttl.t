@ip filter INPUT
-m ttl --ttl-eq 64 ; =
-m ttl ! --ttl-eq 64 ; = ; ttl=64 -> no, ttl=63 -> yes
-m ttl --ttl-lt 5 ; = ; ttl=4 -> yes, ttl=5 -> no
-m ttl --ttl-gt 5 ; = ; ttl=6 -> yes, ttl=5 -> no
-m ttl --ttl 1 ; -m ttl --ttl-eq 1
