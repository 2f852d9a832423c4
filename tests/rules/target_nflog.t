@ip filter INPUT
-j NFLOG ; =
-j NFLOG --nflog-group 5 --nflog-prefix "x y" ; -j NFLOG --nflog-prefix "x y" --nflog-group 5
-j NFLOG --nflog-range 64 --nflog-threshold 10 ; =
-j NFLOG --nflog-size 64 ; =
-j NFLOG --nflog-prefix foo --nflog-group 0 ; -j NFLOG --nflog-prefix foo
