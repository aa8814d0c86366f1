package io.flaneur.sdk;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertTrue;

import java.io.File;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.Test;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;

/** What the manifests name exists, and is what it is named as. */
public class ManifestTest {
    private static final String ANDROID = "http://schemas.android.com/apk/res/android";
    private static final File MODULE = new File(System.getProperty("module"));

    private static Document read(String path) throws Exception {
        DocumentBuilderFactory f = DocumentBuilderFactory.newInstance();
        f.setNamespaceAware(true);
        return f.newDocumentBuilder().parse(new File(MODULE, path));
    }

    private static List<Element> all(Document d, String tag) {
        NodeList found = d.getElementsByTagName(tag);
        List<Element> list = new ArrayList<>();
        for (int i = 0; i < found.getLength(); i++) {
            list.add((Element) found.item(i));
        }
        return list;
    }

    private static String attribute(Element e, String name) {
        return e.getAttributeNS(ANDROID, name);
    }

    @Test
    public void everyNamedClassExists() throws Exception {
        String[][] kinds = {{"application", "android.app.Application"}, {"service", "android.app.Service"},
            {"receiver", "android.content.BroadcastReceiver"}, {"activity", "android.app.Activity"}};
        int seen = 0;
        for (String path : Arrays.asList("flaneur/src/main/AndroidManifest.xml", "sample/src/main/AndroidManifest.xml")) {
            Document manifest = read(path);
            for (String[] kind : kinds) {
                for (Element e : all(manifest, kind[0])) {
                    String name = attribute(e, "name");
                    if (!name.isEmpty()) {
                        assertTrue(name, Class.forName(kind[1]).isAssignableFrom(Class.forName(name)));
                        seen++;
                    }
                    if (!kind[0].equals("application")) { // since Android 12 it has to be said
                        assertFalse(name, attribute(e, "exported").isEmpty());
                    }
                }
            }
        }
        assertEquals(5, seen);
    }

    @Test
    public void theServiceHasItsTypeAndThePermissionsOfIt() throws Exception {
        Document manifest = read("flaneur/src/main/AndroidManifest.xml");
        assertEquals("location", attribute(all(manifest, "service").get(0), "foregroundServiceType"));
        Set<String> permissions = new HashSet<>();
        for (Element e : all(manifest, "uses-permission")) {
            permissions.add(attribute(e, "name").replace("android.permission.", ""));
        }
        assertEquals(new HashSet<>(Arrays.asList("INTERNET", "ACCESS_NETWORK_STATE", "ACCESS_COARSE_LOCATION", "ACCESS_FINE_LOCATION",
                "POST_NOTIFICATIONS", "FOREGROUND_SERVICE", "FOREGROUND_SERVICE_LOCATION", "RECEIVE_BOOT_COMPLETED")), permissions);
        for (String permission : permissions) {
            android.Manifest.permission.class.getField(permission);
        }
    }

    @Test
    public void nothingOfTheSampleIsBackedUp() throws Exception {
        assertEquals("false", attribute(all(read("sample/src/main/AndroidManifest.xml"), "application").get(0), "allowBackup"));
        Document rules = read("sample/src/main/res/xml/no_backup.xml");
        assertEquals(10, all(rules, "exclude").size());
        assertEquals(0, all(rules, "include").size());
    }

    @Test
    public void keepRulesNameWhatExists() throws Exception {
        int rules = 0;
        for (String line : Files.readAllLines(new File(MODULE, "flaneur/consumer-rules.pro").toPath())) {
            if (line.startsWith("-keep public class ")) {
                Class.forName(line.split(" ")[3]).getConstructor();
                rules++;
            }
        }
        assertEquals(2, rules);
    }
}
