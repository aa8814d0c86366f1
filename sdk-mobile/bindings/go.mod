// The binding generator and what it generates, apart from the module of the product: nobody who imports that needs them.
module github.com/flaneur-io/flaneur/sdk-mobile/bindings

go 1.26.3

require (
	github.com/flaneur-io/flaneur v0.0.0
	golang.org/x/mobile v0.0.0-20261011034528-197770444867
)

require (
	github.com/boombuler/barcode v1.1.0 // indirect
	github.com/fxamacker/cbor/v2 v2.10.0 // indirect
	github.com/go-json-experiment/json v1.27.2 // indirect
	github.com/gorilla/websocket v1.5.3 // indirect
	github.com/twpayne/go-geom v1.7.0 // indirect
	github.com/x448/float16 v0.8.4 // indirect
	golang.org/x/mod v0.42.0 // indirect
	golang.org/x/sync v0.24.0 // indirect
	golang.org/x/tools v0.52.0 // indirect
)

tool golang.org/x/mobile/cmd/gobind

replace github.com/flaneur-io/flaneur => ../..
