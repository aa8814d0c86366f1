package push

// Names of the channels to devices that are not connected.
const (
	ChannelFCM     = "fcm"
	ChannelWebPush = "webpush"
)

// ChannelOf returns the channel that a token of a device is for. A browser's is the JSON of its subscription; FCM's
// registration tokens never begin with a brace.
func ChannelOf(token string) string {
	if token != "" && token[0] == '{' {
		return ChannelWebPush
	}
	return ChannelFCM
}
