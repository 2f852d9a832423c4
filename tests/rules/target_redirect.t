@ip nat PREROUTING
-p tcp -j REDIRECT --to-ports 8080 ; =
-p tcp -j REDIRECT --to-ports 8080-8090 --random ; =
-j REDIRECT ; =
-p tcp -j REDIRECT --to-port http ; -p tcp -j REDIRECT --to-ports 80
@ip6 nat PREROUTING
-p tcp -j REDIRECT --to-ports 80 ; =
