package offers

// AboutMood reports whether a suppression's code tells how somebody felt: such a code is for the person alone.
func AboutMood(code string) bool {
	return code == CodeGuardMood || code == CodeGuardDistress || code == CodeGuardVulnerable || code == CodeGuardPressure
}
