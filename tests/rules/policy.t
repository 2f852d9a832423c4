@ip filter INPUT
-m policy --dir in --pol ipsec ; = ; ipsec-in=1 -> yes, ipsec-in=0 -> no
-m policy --dir in --pol none ; = ; ipsec-in=1 -> no, ipsec-in=0 -> yes
-m policy --dir in --pol ipsec --strict --reqid 1 --proto esp --mode tunnel --tunnel-src 1.2.3.0/24 --tunnel-dst 5.6.7.8 --next --reqid 2 ; -m policy --dir in --pol ipsec --strict --reqid 1 --proto esp --mode tunnel --tunnel-dst 5.6.7.8 --tunnel-src 1.2.3.0/24 --next --reqid 2
-m policy --dir in --pol ipsec --proto esp ; = ; ipsec-in=1 -> unknown, ipsec-in=0 -> no
-m policy --dir in --pol ipsec --strict --spi 0x10 --mode transport ; =
@ip filter OUTPUT
-m policy --dir out --pol none ; =
@ip6 filter INPUT
-m policy --dir in --pol ipsec --strict --tunnel-src 2001:db8::/32 --mode tunnel --tunnel-dst ::1 ; -m policy --dir in --pol ipsec --strict --mode tunnel --tunnel-dst ::1 --tunnel-src 2001:db8::/32
