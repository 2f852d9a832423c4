@ip6 filter INPUT
-p mobility-header -m mh --mh-type brr ; -p mobility-header -m mh --mh-type 0
-p mobility-header -m mh --mh-type 0:5 ; =
-p mh --mh-type 1 ; -p mobility-header -m mh --mh-type 1
