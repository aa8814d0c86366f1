package io.flaneur.sdk;

/** What the library itself says to people. Offers, reasons and controls come from the server in the person's language. */
final class Texts {
    final String running;
    final String runningWhy;
    final String channelRunning;
    final String channelOffers;
    final String why;

    private Texts(String running, String runningWhy, String channelRunning, String channelOffers, String why) {
        this.running = running;
        this.runningWhy = runningWhy;
        this.channelRunning = channelRunning;
        this.channelOffers = channelOffers;
        this.why = why;
    }

    static Texts in(String language) {
        return language.startsWith("de")
                ? new Texts("Angebote in der Nähe sind an", "Dein Standort wird nach deiner Wahl verwendet. Tippe, um das zu ändern.",
                        "Suche läuft", "Angebote", "Warum: ")
                : new Texts("Offers near you are on", "Your location is used as you chose. Tap to change that.",
                        "Looking around", "Offers", "Why: ");
    }
}
