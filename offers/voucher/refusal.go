package voucher

import "github.com/flaneur-io/flaneur/internal/fault"

type sentence struct {
	kind   fault.Kind
	en, de string
}

// Constant table: why a till may not take something off, in words for its display.
var refusals = map[string]sentence{
	fault.CodeUnknownCode:     {fault.NotFound, "This code is not known; read it again.", "Dieser Code ist unbekannt; bitte noch einmal lesen."},
	fault.CodeUnknownKey:      {fault.Invalid, "This code was signed with a key that the till does not know; fetch the keys.", "Die Kasse kennt den Schlüssel dieses Codes nicht; bitte die Schlüssel holen."},
	fault.CodeAlreadyRedeemed: {fault.Conflict, "This code was used already.", "Dieser Code wurde schon eingelöst."},
	fault.CodeRolledBack:      {fault.Gone, "This code was given back.", "Dieser Code wurde zurückgegeben."},
	fault.CodeExpired:         {fault.Gone, "This code has run out.", "Dieser Code ist abgelaufen."},
	fault.CodeStopped:         {fault.Gone, "The offer was stopped.", "Das Angebot wurde beendet."},
	fault.CodeWrongMerchant:   {fault.Forbidden, "This code is for another merchant.", "Dieser Code gilt bei einem anderen Händler."},
	fault.CodeWrongStore:      {fault.Forbidden, "This code is not for this store.", "Dieser Code gilt nicht in dieser Filiale."},
	fault.CodeWrongCurrency:   {fault.Conflict, "This code is for another currency.", "Dieser Code gilt für eine andere Währung."},
	fault.CodeMinSpend:        {fault.Conflict, "The purchase is too small for this code.", "Der Einkauf ist für diesen Code zu klein."},
	fault.CodeItemMissing:     {fault.Conflict, "What this code is for is not in the basket.", "Der Artikel zu diesem Code fehlt im Einkauf."},
	fault.CodeNotStackable:    {fault.Conflict, "This code can't be used together with others.", "Dieser Code gilt nicht zusammen mit anderen."},
	fault.CodeGroupTaken:      {fault.Conflict, "Only one code of this kind can be used.", "Von dieser Art gilt nur ein Code."},
	fault.CodeNotPresent:      {fault.Forbidden, "This code works only while its owner is here, with the app and its location on.", "Dieser Code gilt nur, solange die Person hier ist, mit App und Standort an."},
	fault.CodeNeedsNetwork:    {fault.Conflict, "This code can be used only while the till is online.", "Dieser Code gilt nur, wenn die Kasse online ist."},
	fault.CodeTooLate:         {fault.Gone, "This was told too late; its unit has gone back.", "Das kam zu spät; der Gutschein ist verfallen."},
	fault.CodeTillNeeded:      {fault.Conflict, "This offer is redeemed by a till.", "Dieses Angebot wird an der Kasse eingelöst."},
}

// Refuse returns the refusal with a code, in English.
func Refuse(code string) *fault.Error { return RefuseIn(code, "en") }

// RefuseIn returns the refusal with a code in "de", or in English for any other language.
func RefuseIn(code, lang string) *fault.Error {
	s := refusals[code]
	if lang == "de" {
		return fault.New(s.kind, code, "%s", s.de)
	}
	return fault.New(s.kind, code, "%s", s.en)
}

// In returns a refusal of this package in another language; other errors are returned as they are.
func In(err error, lang string) error {
	f := fault.From(err)
	if f == nil {
		return nil
	}
	if s, ok := refusals[f.Code]; ok && f.Kind == s.kind {
		return RefuseIn(f.Code, lang).WithField(f.Field)
	}
	return err
}
