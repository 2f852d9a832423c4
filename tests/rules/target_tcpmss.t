@ip mangle POSTROUTING
-p tcp --tcp-flags SYN,RST SYN -j TCPMSS --clamp-mss-to-pmtu ; -p tcp -m tcp --tcp-flags SYN,RST SYN -j TCPMSS --clamp-mss-to-pmtu
@ip mangle FORWARD
-p tcp --syn -j TCPMSS --set-mss 1400 ; -p tcp -m tcp --tcp-flags FIN,SYN,RST,ACK SYN -j TCPMSS --set-mss 1400
-p tcp --tcp-flags SYN,RST SYN -j TCPMSS --clamp-mss-to-pmtu ; -p tcp -m tcp --tcp-flags SYN,RST SYN -j TCPMSS --clamp-mss-to-pmtu
