@ip filter INPUT
-m nfacct --nfacct-name http ; =
