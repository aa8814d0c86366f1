package io.flaneur.sample;

import org.json.JSONArray;
import org.json.JSONException;
import org.json.JSONObject;

/** What a person reads before mood is taken from a source. */
final class Notice {
    final String version;
    final String title;
    final String text;

    private Notice(String version, JSONObject about) throws JSONException {
        this.version = version;
        title = about.getString("title");
        StringBuilder b = new StringBuilder();
        for (String part : new String[] {"measured", "inferred", "used", "never", "stop", "offers"}) {
            b.append(about.getString(part)).append("\n\n");
        }
        text = b.toString().trim();
    }

    /** The notice of one source, of the answer to Kit.notices. */
    static Notice read(String notices, String source) throws JSONException {
        JSONObject all = new JSONObject(notices);
        JSONArray sources = all.getJSONArray("sources");
        for (int i = 0; i < sources.length(); i++) {
            if (sources.getJSONObject(i).getString("source").equals(source)) {
                return new Notice(all.getString("version"), sources.getJSONObject(i));
            }
        }
        throw new JSONException("this server takes no mood from " + source);
    }
}
