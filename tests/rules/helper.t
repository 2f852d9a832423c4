@ip filter INPUT
-m helper --helper ftp ; =
-m helper ! --helper ftp ; =
-m helper --helper ftp-2121 ; =
