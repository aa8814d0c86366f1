package io.flaneur.sample;

import java.util.Locale;

/** English and German, side by side where they are used. */
final class Words {
    private Words() {}

    static String say(String english, String german) {
        return language().equals("de") ? german : english;
    }

    static String language() {
        return Locale.getDefault().getLanguage().equals("de") ? "de" : "en";
    }
}
