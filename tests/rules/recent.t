@ip filter INPUT
-m recent --set ; -m recent --set --name DEFAULT --mask 255.255.255.255 --rsource ; tcp -> yes
-m recent --name ssh --set --rsource ; -m recent --set --name ssh --mask 255.255.255.255 --rsource
-m recent --rcheck --seconds 60 --hitcount 4 --name SSH --rsource -j DROP ; -m recent --rcheck --seconds 60 --hitcount 4 --name SSH --mask 255.255.255.255 --rsource -j DROP
-m recent --update --seconds 60 --reap --hitcount 4 --rttl --name SSH --rdest ; -m recent --update --seconds 60 --reap --hitcount 4 --rttl --name SSH --mask 255.255.255.255 --rdest
-m recent ! --rcheck --name x --mask 255.255.255.0 --rsource ; =
-m recent --remove ; -m recent --remove --name DEFAULT --mask 255.255.255.255 --rsource
-m recent ! --update ; -m recent ! --update --name DEFAULT --mask 255.255.255.255 --rsource ; tcp -> unknown
@ip6 filter INPUT
-m recent --set --name x ; -m recent --set --name x --mask ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff --rsource
