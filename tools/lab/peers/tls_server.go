// A TLS server on Go's crypto/tls.
//
//	tls_server PORT CERTIFICATE KEY [SNI...]
//
// With names, it serves those alone: its GetConfigForClient fails for others.
package main

import (
	"crypto/tls"
	"errors"
	"io"
	"log"
	"net/http"
	"os"
)

func main() {
	pair, err := tls.LoadX509KeyPair(os.Args[2], os.Args[3])
	if err != nil {
		log.Fatal(err)
	}
	names := os.Args[4:]
	settings := &tls.Config{Certificates: []tls.Certificate{pair}}
	settings.GetConfigForClient = func(hello *tls.ClientHelloInfo) (*tls.Config, error) {
		for _, name := range names {
			if name == hello.ServerName {
				return nil, nil
			}
		}
		if len(names) > 0 {
			return nil, errors.New("no such site: " + hello.ServerName)
		}
		return nil, nil
	}
	server := &http.Server{Addr: ":" + os.Args[1], TLSConfig: settings,
		Handler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			io.WriteString(w, "hello\n")
		})}
	log.Fatal(server.ListenAndServeTLS("", ""))
}
