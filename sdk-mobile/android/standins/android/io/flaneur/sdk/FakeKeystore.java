package io.flaneur.sdk;

import java.io.InputStream;
import java.io.OutputStream;
import java.security.Key;
import java.security.KeyStoreSpi;
import java.security.Provider;
import java.security.SecureRandom;
import java.security.Security;
import java.security.UnrecoverableKeyException;
import java.security.cert.Certificate;
import java.security.spec.AlgorithmParameterSpec;
import java.util.Collections;
import java.util.Date;
import java.util.Enumeration;
import java.util.HashMap;
import java.util.Map;
import javax.crypto.KeyGeneratorSpi;
import javax.crypto.SecretKey;
import javax.crypto.spec.SecretKeySpec;

/** A Keystore of AES keys in this process, under the name that the platform's has. */
public final class FakeKeystore extends Provider {
    static final Map<String, SecretKey> KEYS = new HashMap<>();
    static Exception trouble; // why keys can't be had, as the platform wraps it

    private FakeKeystore() {
        super("AndroidKeyStore", "1", "for tests");
        put("KeyStore.AndroidKeyStore", Keys.class.getName());
        put("KeyGenerator.AES", Generator.class.getName());
    }

    static void install() {
        KEYS.clear();
        trouble = null;
        Security.removeProvider("AndroidKeyStore");
        Security.addProvider(new FakeKeystore());
    }

    public static final class Generator extends KeyGeneratorSpi {
        private String alias = "";

        @Override
        protected void engineInit(AlgorithmParameterSpec spec, SecureRandom random) {
            alias = ((android.security.keystore.KeyGenParameterSpec) spec).getKeystoreAlias();
        }

        @Override
        protected void engineInit(int size, SecureRandom random) {}

        @Override
        protected void engineInit(SecureRandom random) {}

        @Override
        protected SecretKey engineGenerateKey() {
            byte[] raw = new byte[32];
            new SecureRandom().nextBytes(raw);
            SecretKey key = new SecretKeySpec(raw, "AES");
            KEYS.put(alias, key);
            return key;
        }
    }

    public static final class Keys extends KeyStoreSpi {
        @Override
        public Key engineGetKey(String alias, char[] password) throws UnrecoverableKeyException {
            if (trouble != null) {
                throw (UnrecoverableKeyException) new UnrecoverableKeyException("Failed to obtain information about key").initCause(trouble);
            }
            return KEYS.get(alias);
        }

        @Override
        public void engineDeleteEntry(String alias) {
            KEYS.remove(alias);
            trouble = null;
        }

        @Override
        public boolean engineContainsAlias(String alias) {
            return KEYS.containsKey(alias);
        }

        @Override
        public Enumeration<String> engineAliases() {
            return Collections.enumeration(KEYS.keySet());
        }

        @Override
        public int engineSize() {
            return KEYS.size();
        }

        @Override
        public void engineLoad(InputStream stream, char[] password) {}

        @Override
        public Certificate[] engineGetCertificateChain(String alias) {
            return null;
        }

        @Override
        public Certificate engineGetCertificate(String alias) {
            return null;
        }

        @Override
        public Date engineGetCreationDate(String alias) {
            return null;
        }

        @Override
        public void engineSetKeyEntry(String alias, Key key, char[] password, Certificate[] chain) {}

        @Override
        public void engineSetKeyEntry(String alias, byte[] key, Certificate[] chain) {}

        @Override
        public void engineSetCertificateEntry(String alias, Certificate cert) {}

        @Override
        public boolean engineIsKeyEntry(String alias) {
            return KEYS.containsKey(alias);
        }

        @Override
        public boolean engineIsCertificateEntry(String alias) {
            return false;
        }

        @Override
        public String engineGetCertificateAlias(Certificate cert) {
            return null;
        }

        @Override
        public void engineStore(OutputStream stream, char[] password) {}
    }
}
