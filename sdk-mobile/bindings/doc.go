//go:build bind

// Package bindings names what the generated code imports, for go.mod.
package bindings

import (
	_ "golang.org/x/mobile/bind/java"
	_ "golang.org/x/mobile/bind/objc"
	_ "golang.org/x/mobile/bind/seq"

	_ "github.com/flaneur-io/flaneur/sdk-mobile/offerkit"
)
