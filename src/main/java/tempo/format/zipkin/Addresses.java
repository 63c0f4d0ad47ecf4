package tempo.format.zipkin;

import com.google.common.net.InetAddresses;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;

/** Texts of IP addresses. */
final class Addresses {
    private Addresses() {}

    /** Of 4 or 16 bytes; empty if there are none. */
    static String text(byte[] bytes, int offset, int length) {
        if (length == 0) {
            return "";
        }
        try {
            return InetAddresses.toAddrString(
                    InetAddress.getByAddress(Arrays.copyOfRange(bytes, offset, offset + length)));
        } catch (UnknownHostException otherLength) {
            return "";
        }
    }

    /** Of version 4, as a number of 32 bits; empty if it is 0. */
    static String ofIpv4(int address) {
        return address == 0
                ? ""
                : (address >>> 24) + "." + (address >>> 16 & 0xff) + "." + (address >>> 8 & 0xff) + "."
                        + (address & 0xff);
    }
}
