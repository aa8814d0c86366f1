package io.flaneur.sdk;

import android.annotation.TargetApi;
import android.content.Context;
import android.os.Build;
import android.security.keystore.KeyGenParameterSpec;
import android.security.keystore.KeyProperties;
import android.util.AtomicFile;
import android.util.Base64;
import io.flaneur.offerkit.Store;
import java.io.File;
import java.io.FileNotFoundException;
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.InvalidKeyException;
import java.security.KeyStore;
import java.security.MessageDigest;
import java.security.UnrecoverableKeyException;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import javax.crypto.AEADBadTagException;
import javax.crypto.Cipher;
import javax.crypto.KeyGenerator;
import javax.crypto.SecretKey;
import javax.crypto.spec.GCMParameterSpec;

/**
 * The core's secrets, one file each in a folder that backups leave out, sealed with AES-256-GCM by a key that never leaves
 * the Android Keystore. The name of a value is sealed with it, so that none can take another's place.
 *
 * <p>What can't be opened any more (another phone, a key that the platform lost, a damaged file) is not there: the person is
 * asked again. Safe for concurrent use by this process; the app must not use the SDK from two.
 */
final class KeystoreStore implements Store {
    static final String ALIAS = "io.flaneur.sdk";
    private static final String CIPHER = "AES/GCM/NoPadding";
    private static final int IV_BYTES = 12;
    private static final int TAG_BITS = 128;

    private final File folder;
    private final Map<String, byte[]> kept = new HashMap<>(); // digests: the Keystore is slow, and much is saved unchanged
    private SecretKey key;

    KeystoreStore(Context context) {
        folder = new File(context.getNoBackupFilesDir(), "flaneur");
    }

    @Override
    public synchronized byte[] load(String name) throws IOException, GeneralSecurityException {
        byte[] sealed;
        try {
            sealed = file(name).readFully();
        } catch (FileNotFoundException e) {
            return new byte[0];
        }
        try {
            if (sealed.length < IV_BYTES + TAG_BITS / 8) {
                throw new AEADBadTagException("cut off");
            }
            Cipher cipher = Cipher.getInstance(CIPHER);
            cipher.init(Cipher.DECRYPT_MODE, key(), new GCMParameterSpec(TAG_BITS, sealed, 0, IV_BYTES));
            cipher.updateAAD(name.getBytes(StandardCharsets.UTF_8));
            return cipher.doFinal(sealed, IV_BYTES, sealed.length - IV_BYTES);
        } catch (AEADBadTagException | InvalidKeyException e) { // any other failure may pass
            file(name).delete();
            return new byte[0];
        }
    }

    @Override
    public synchronized void save(String name, byte[] value) throws IOException, GeneralSecurityException {
        byte[] digest = MessageDigest.getInstance("SHA-256").digest(value == null ? new byte[0] : value);
        if (Arrays.equals(digest, kept.get(name)) && file(name).getBaseFile().exists()) {
            return;
        }
        Cipher cipher = Cipher.getInstance(CIPHER);
        try {
            cipher.init(Cipher.ENCRYPT_MODE, key());
        } catch (InvalidKeyException e) { // the platform lost the key: what it sealed is lost, go on with a new one
            forgetKey();
            cipher.init(Cipher.ENCRYPT_MODE, key());
        }
        cipher.updateAAD(name.getBytes(StandardCharsets.UTF_8));
        byte[] body = cipher.doFinal(value == null ? new byte[0] : value);
        byte[] iv = cipher.getIV();
        byte[] sealed = Arrays.copyOf(iv, iv.length + body.length);
        System.arraycopy(body, 0, sealed, iv.length, body.length);
        write(file(name), sealed);
        kept.put(name, digest);
    }

    private void write(AtomicFile file, byte[] bytes) throws IOException {
        if (!folder.isDirectory() && !folder.mkdirs()) {
            throw new IOException("no folder for secrets");
        }
        FileOutputStream out = file.startWrite();
        try {
            out.write(bytes);
            file.finishWrite(out);
        } catch (IOException e) {
            file.failWrite(out);
            throw e;
        }
    }

    @Override
    public synchronized void remove(String name) {
        file(name).delete();
    }

    private AtomicFile file(String name) {
        String safe = Base64.encodeToString(name.getBytes(StandardCharsets.UTF_8), Base64.URL_SAFE | Base64.NO_WRAP | Base64.NO_PADDING);
        return new AtomicFile(new File(folder, safe));
    }

    private SecretKey key() throws GeneralSecurityException {
        if (key == null) {
            try {
                key = (SecretKey) open().getKey(ALIAS, null);
            } catch (UnrecoverableKeyException e) {
                if (!broken(e)) {
                    throw e;
                }
                delete();
            } catch (IOException e) {
                throw new GeneralSecurityException(e);
            }
        }
        if (key == null) {
            KeyGenerator generator = KeyGenerator.getInstance(KeyProperties.KEY_ALGORITHM_AES, "AndroidKeyStore");
            generator.init(new KeyGenParameterSpec.Builder(ALIAS, KeyProperties.PURPOSE_ENCRYPT | KeyProperties.PURPOSE_DECRYPT)
                    .setBlockModes(KeyProperties.BLOCK_MODE_GCM).setEncryptionPaddings(KeyProperties.ENCRYPTION_PADDING_NONE)
                    .setKeySize(256).build());
            key = generator.generateKey();
        }
        return key;
    }

    /** Whether the platform says that the key is broken for good; before Android 13 it does not say so. */
    @TargetApi(33)
    private static boolean broken(UnrecoverableKeyException e) {
        return Build.VERSION.SDK_INT >= 33 && e.getCause() instanceof android.security.KeyStoreException
                && ((android.security.KeyStoreException) e.getCause()).getNumericErrorCode() == android.security.KeyStoreException.ERROR_KEY_CORRUPTED;
    }

    private void forgetKey() throws GeneralSecurityException {
        key = null;
        delete();
    }

    private static void delete() throws GeneralSecurityException {
        try {
            open().deleteEntry(ALIAS);
        } catch (IOException e) {
            throw new GeneralSecurityException(e);
        }
    }

    private static KeyStore open() throws GeneralSecurityException, IOException {
        KeyStore keys = KeyStore.getInstance("AndroidKeyStore");
        keys.load(null);
        return keys;
    }
}
