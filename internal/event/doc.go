// Package event is the vocabulary in which the rooms of the server tell what happened: the engine, the catalogue and the
// tills tell, webhooks and the merchant's numbers listen.
//
// It holds no queue and no listener: whoever tells is given a function, which must not wait. Values are immutable.
package event
